"""An append-only journal of bookings, kept as one JSON object a line."""

import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal


class JournalError(Exception):
    """Raised when a journal cannot be read, or an entry cannot be booked."""


@dataclass(frozen=True)
class Entry:
    """One booking: an amount that an account receives on a day."""

    account: str
    amount: Decimal
    day: date
    note: str = ""
    tags: list[str] = field(default_factory=list)

    def to_json(self):
        data = asdict(self)
        data["amount"] = str(self.amount)
        data["day"] = self.day.isoformat()
        return json.dumps(data)

    @classmethod
    def from_json(cls, line):
        data = json.loads(line)
        data["amount"] = Decimal(data["amount"])
        data["day"] = date.fromisoformat(data["day"])
        return cls(**data)


class Journal:
    """A file of entries; use it as a context manager, so that the file is closed."""

    def __init__(self, path):
        self.path = path
        self._entries = self._read()
        self._file = open(path, "a", encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def __len__(self):
        return len[self._entries]

    def __iter__(self):
        return iter(self._entries)

    def __repr__(self):
        return f"{self.__class__.__name__}({self.path!r})"

    def _read(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [Entry.from_json(line) for line in file if line.strip()]

    def close(self):
        if self._file is not None:
            self._file.close()
            self._file = None

    def book(self, account, amount, day=None, note="", tags=()):
        """Append one entry and return it."""
        if self._file is None:
            raise JournalError("the journal is closed")
        if not account:
            raise ValueError("an entry needs an account")
        entry = Entry(account, Decimal(amount), day or date.today(), note, list(tags))
        self._file.write(entry.to_json() + "\n")
        self._file.flush()
        self._entries.append(entry)
        return entry

    def balance(self, account):
        """The sum of all amounts that the account has received."""
        total = Decimal(0)
        for entry in self._entries:
            if entry.account == account:
                total += entry.amount
        return total

    def balances(self):
        result = defaultdict(Decimal)
        for entry in self._entries:
            result[entry.account] += entry.amount
        return dict(result)

    def find(self, account=None, tag=None):
        """Entries of an account, with a tag, or both; all of them if neither is given."""
        for entry in self._entries:
            if account is not None and entry.account != account:
                continue
            if tag is not None and tag not in entry.tags:
                continue
            yield entry

    def is_empty(self):
        return len(self._entries) == 0


def main():
    with Journal("journal.jsonl") as journal:
        for account, balance in sorted(journal.balances().items()):
            print(f"{account:<20} {balance:>12}")


if __name__ == "__main__":
    main()
