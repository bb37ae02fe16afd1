"""The face engine behind its port: the only room that knows dlib, numpy and models. Nothing of a picture stays."""
