"""The subcommands of `peephole`: one small module each, and what they share."""
