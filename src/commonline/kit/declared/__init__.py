"""Bodies to drafts as a source's configuration declares it: the table ``mapping``, in JMESPath."""
