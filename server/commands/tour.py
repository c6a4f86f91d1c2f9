"""`peephole tour`"""


def add_command(subparsers):
    pass
