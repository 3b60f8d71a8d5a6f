#!/bin/sh
# An authority, and a broker's certificate signed by it, for the example in this folder. Needs openssl.
#   sh deploy/secure/make-certificates.sh [FOLDER] [HOST …]
# Writes FOLDER/ca.pem (give it to clients) and FOLDER/kafka.pem (key and certificate: for the broker alone).
set -eu
folder=${1:-deploy/secure/certificates}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- kafka localhost
mkdir -p "$folder"
cd "$folder"
umask 022 # Kafka's and Commonline's containers read what they need as users of their own

names="IP:127.0.0.1"
for host in "$@"; do names="DNS:$host,$names"; done

openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=Commonline example authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" \
    -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:3072 -nodes -subj "/CN=$1" -keyout kafka.key -out kafka.csr 2>/dev/null
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >kafka.ext
openssl x509 -req -in kafka.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -extfile kafka.ext \
    -out kafka.crt 2>/dev/null
cat kafka.key kafka.crt >kafka.pem
rm -f kafka.csr kafka.ext kafka.key kafka.crt ca.srl
chmod 600 ca.key
echo "made $folder/ca.pem and $folder/kafka.pem for $names; keep ca.key away from machines that need it not"
