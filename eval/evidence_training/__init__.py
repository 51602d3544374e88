"""Fits the weights of `rag.evidence.FeatureScorer` on labelled questions."""
