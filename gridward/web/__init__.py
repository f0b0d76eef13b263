"""The console: settings, pages, the API, the command line."""
