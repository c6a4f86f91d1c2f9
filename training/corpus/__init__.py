"""From packages, folders and archives to filtered, deduplicated, token-encoded shards."""
