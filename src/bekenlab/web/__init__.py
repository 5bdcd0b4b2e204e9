"""The browser frontend: pages and an API over the same jobs as the command line."""
