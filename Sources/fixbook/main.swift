print("fixbook")
