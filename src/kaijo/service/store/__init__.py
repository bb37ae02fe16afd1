"""The service's durable memory in SQL. The only room that knows a database."""
