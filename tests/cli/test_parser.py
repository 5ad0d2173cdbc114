"""The parser that hands on options it does not know."""

from hypothesis import given
from hypothesis import strategies as st

from weldfusion.cli.parser import Parser, pairs

NAMES = st.text("abcdefgh.", min_size=1, max_size=6).map(lambda text: f"x{text}")
VALUES = st.text("abc123[], ", max_size=6)


@given(st.lists(st.tuples(NAMES, VALUES, st.booleans())), st.integers(0, 20))
def test_unknown_options_keep_name_value_and_order_wherever_they_stand(options, place):
    parser = Parser(collects=True)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--config", action="append")
    groups = [[f"--{name}={value}"] if joined else [f"--{name}", value] for name, value, joined in options]
    own = [["here"], ["--config", "a"], ["--config=b"]]
    for number, words in enumerate(own):
        groups.insert(min(len(groups), place + number), words)
    found = parser.parse_args([word for words in groups for word in words])
    assert (found.folder, found.config) == ("here", ["a", "b"])
    assert pairs(found.others) == [(name, value) for name, value, _ in options]
