"""The kiosk in the shop: proof PIN, new PIN twice, done."""
