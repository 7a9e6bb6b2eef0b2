"""People, organisations, teams and the roles they hold."""
