"""`python -m scrubber` and the `scrubber` entry point."""


def main() -> None:
    """Run the command line."""
    from scrubber.cli import cli  # noqa: PLC0415 - importing this module must stay free of cost

    cli()


if __name__ == "__main__":
    main()
