# Sourced by scripts that need certificates for a trial on one machine.
# shellcheck shell=bash

# make_authority FOLDER: an authority, ca.pem and ca.key, for 30 days.
make_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj '/CN=FluxCascade trial authority' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$1/ca.key" -out "$1/ca.pem" 2> /dev/null
}

# make_certificate FOLDER NAME SUBJECT_ALT_NAMES: NAME.pem and NAME.key, signed by the authority there.
make_certificate() {
  local folder=$1 name=$2 alt=$3
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$folder/$name.key" -out "$folder/$name.csr" 2> /dev/null
  openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
    -CAcreateserial -days 30 -out "$folder/$name.pem" \
    -extfile <(printf 'subjectAltName=%s\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n' "$alt") 2> /dev/null
  rm -f "$folder/$name.csr"
}
