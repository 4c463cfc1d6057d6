#!/bin/sh
# What the image has beside Python: Chromium with fonts for the scripts that portals use, ffmpeg for
# recordings, and an init process, so that Chromium's processes are reaped. The Dockerfile runs it; on a
# Debian or Ubuntu machine of your own it does the same. As root.
#
#   install.sh [--dry-run]
set -eu

packages="
    chromium
    ffmpeg
    fonts-liberation
    fonts-dejavu-core
    fonts-noto-core
    fonts-noto-cjk
    tini
    ca-certificates
"
if [ "${1:-}" = --dry-run ]; then
    # shellcheck disable=SC2086
    exec apt-get install --simulate --no-install-recommends $packages
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086
apt-get install --yes --no-install-recommends $packages
rm -rf /var/lib/apt/lists/*
