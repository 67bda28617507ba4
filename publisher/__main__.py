"""Runs the command line: the console script `publisher`, and `python -m publisher`."""

import gc


def main() -> None:
    """Run the command that was called, and leave with its exit code."""
    # What modules make when they are imported stays: to look for garbage in it after every few hundred
    # objects takes a tenth of a short command.
    gc.set_threshold(100_000)

    from publisher.cli import main as run

    run()


if __name__ == "__main__":
    main()
