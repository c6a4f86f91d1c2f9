"""What lies around the open documents: the workspace's source files, and the libraries that are made of them."""
