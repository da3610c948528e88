"""placeholder until the finder lands"""
def disagreement(claim):
    return None
