"""`python -m scrubber` and the `scrubber` entry point."""


def main() -> None:
    """Run the command line."""
    from scrubber.cli import main as command_line  # noqa: PLC0415 - importing this must stay free of cost

    command_line()


if __name__ == "__main__":
    main()
