"""What has to hold between the parts of a policy, beyond names of teams, roles, models and providers: one file
a subject. Each yields faults, at the value that is to be changed.
"""
