"""What a developer's machine needs: setting up, locking, checking. No part of the installed package."""
