# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of xenctl for bash.

# The numbers of all domains, as far as we may ask.
_xenctl_domains() {
  xenctl list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_xenctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  local words='' domains=no
  COMPREPLY=()

  if [ "$COMP_CWORD" -eq 1 ]; then
    words='start stop suspend resume list info console host log image version help --help --version'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi

  case $prev in
  --kernel | --ramdisk)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    return
    ;;
  --type)
    mapfile -t COMPREPLY < <(compgen -W 'auto pv pvh' -- "$cur")
    return
    ;;
  --tsc-mode)
    mapfile -t COMPREPLY < <(compgen -W 'default emulated native' -- "$cur")
    return
    ;;
  --feature)
    mapfile -t COMPREPLY < <(compgen -W 'msr_relaxed msr_relaxed=off' -- "$cur")
    return
    ;;
  --maxmem | --maxvcpus | --cpus | --cpus-soft | --pool | --nodes | --weight | --cap)
    return
    ;;
  --cmdline | --memory | --vcpus | --uuid | --name | --timeout | --until | --jobs | -j | --ignore)
    return
    ;;
  esac

  case $command in
  start)
    words='--kernel --ramdisk --cmdline --memory --vcpus --uuid --name --type --paused
      --maxmem --maxvcpus --cpus --cpus-soft --pool --nodes --weight --cap --tsc-mode --feature
      --no-console --console --timing --jobs --ignore --dry-run --json'
    ;;
  stop)
    words='--timeout' domains=yes
    ;;
  suspend)
    domains=yes
    ;;
  resume)
    domains=yes
    ;;
  list)
    words='--json'
    ;;
  info)
    words='--json' domains=yes
    ;;
  console)
    words='--until --timeout --read-only --raw' domains=yes
    ;;
  host)
    words='--json'
    ;;
  log)
    words='--follow'
    ;;
  image)
    words='--json'
    ;;
  version)
    words='--json'
    ;;
  help)
    words='start stop suspend resume list info console host log image version'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
    ;;
  esac

  if [[ $cur == -* ]]; then
    [ "$command" = image ] || words="$words --try-newer"
    mapfile -t COMPREPLY < <(compgen -W "$words --help" -- "$cur")
  elif [ "$command" = image ] || [ "$command" = start ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  elif [ "$domains" = yes ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_xenctl_domains)" -- "$cur")
  fi
}

complete -F _xenctl xenctl
