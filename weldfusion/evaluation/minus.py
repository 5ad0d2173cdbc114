"""The minus sign of numbers that people read; files that programs read keep the hyphen."""


def minus(number: str) -> str:
    """A written number with U+2212 as its minus sign, as matplotlib's axes have it.

    >>> minus("-0.125"), minus("2.5e-05")
    ('−0.125', '2.5e−05')
    """
    return number.replace("-", "−")
