"""``python -m pc_matrix``: the command line."""

from pc_matrix.cli import main

if __name__ == "__main__":
    main()
