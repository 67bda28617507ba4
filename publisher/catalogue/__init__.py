"""The catalogue: what every offer is and was, durably. `store` opens it; `views` are what it says.

Only `store` needs the database libraries, which take longer to load than most commands to run.
"""
