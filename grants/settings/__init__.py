"""Settings profiles: `embedded` (the default), `production` and `test`, all standing on `base`."""
