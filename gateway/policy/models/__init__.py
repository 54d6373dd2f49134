"""What a policy folder may say, one file per top-level key.

These models hold what was *declared*: names and references, not values. `gateway.policy.snapshot`
holds what is in force. The description beside each field is what editors show (JSON Schema).
"""
