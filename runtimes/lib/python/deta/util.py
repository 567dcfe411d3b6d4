"""What an update is made of: `db.update({"visits": db.util.increment()}, key)`."""


class Util:
    def trim(self):
        return Operation("trim", None)

    def increment(self, value=1):
        return Operation("increment", value)

    def append(self, value):
        return Operation("append", _to_list(value))

    def prepend(self, value):
        return Operation("prepend", _to_list(value))


class Operation:
    def __init__(self, action, value):
        self.action = action
        self.val = value


def _to_list(value):
    return value if isinstance(value, list) else [value]
