"""The figures that the README promises, each made by `make bench` on the machine at hand."""
