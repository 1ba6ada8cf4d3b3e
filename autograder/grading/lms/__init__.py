"""In from a learning management system and out to it: submissions as archives, grades as CSV."""
