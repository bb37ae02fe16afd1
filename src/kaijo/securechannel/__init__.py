"""GlobalPlatform SCP03, host end and card end, pure: nothing here sends, stores or draws random numbers."""
