"""From YAML files and --overrides to checked settings.

May import `report` and the stations above.
"""
