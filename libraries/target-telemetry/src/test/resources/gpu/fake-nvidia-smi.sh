# The body of an nvidia-smi that takes the real one's arguments and prints rows that were captured from real GPUs, one GPU per
# row and round, for ever. It knows the captured fields and refuses others in the real one's words. Before it stand
#   csv     the file of captured rows, its first line the names of the fields
#   rows    numbers of captured rows, from 1, separated by blanks
#   rename  a sed expression over the names of the fields it knows, or nothing
for a in "$@"; do
  case "$a" in --query-gpu=*) fields=${a#--query-gpu=} ;; esac
  last=$a
done
case "$*" in *"--format=csv,noheader,nounits -lms "*) ;; *) echo 'Invalid combination of input arguments.'; exit 1 ;; esac
known=$(head -1 "$csv" | sed "s/ \\[[^]]*\\]//g; s/ //g; $rename")
for f in $(echo "$fields" | tr ',' ' '); do
  case ",$known," in *",$f,"*) ;; *) echo "Field \"$f\" is not a valid field to query."; exit 2 ;; esac
done
while :; do
  i=0
  for r in $rows; do
    sed -n "$((r + 1))p" "$csv" | awk -F', ' -v known="$known" -v want="$fields" -v index_="$i" '{
      n = split(known, k, ","); for (j = 1; j <= n; j++) v[k[j]] = $j
      for (x in v) if (v[x] !~ /N\/A/) sub(/ (%|MiB|W|MHz)$/, "", v[x])
      v["index"] = index_
      m = split(want, w, ","); line = v[w[1]]
      for (j = 2; j <= m; j++) line = line ", " v[w[j]]
      print line }'
    i=$((i + 1))
  done
  sleep "$(awk "BEGIN { print $last / 1000 }")"
done
