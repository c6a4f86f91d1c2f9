"""Whether what stands behind `return` fits the type that a method declares, by a parser's judgement."""
