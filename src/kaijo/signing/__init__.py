"""The card as a standard private key: libraries that know no card sign CMS, XML and PDF with it, and any can verify."""
