-- why: some bytes of the server's log
SELECT pg_read_binary_file(%(file)s, %(offset)s, %(length)s, true) AS bytes;
