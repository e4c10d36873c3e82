"""Real Chromium and Firefox, driven to leave every kind of trace."""
