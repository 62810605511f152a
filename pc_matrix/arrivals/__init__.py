"""How people come in: letters for new accounts, knocks at sector rooms, codes for foreign ids."""
