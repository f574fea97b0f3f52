"""What needs no weight: a site that leads back, a handle that is a domain, a code that came back, a finished sign-in."""
