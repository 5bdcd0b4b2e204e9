#!/bin/sh
# Build the sample firmware; the result is byte for byte what the package ships.
# Needs Debian 12's gcc-arm-none-eabi (12.2.rel1): apt-get install gcc-arm-none-eabi
set -eu
cd "$(dirname "$0")"
OUT=${1:-../../src/bekenlab/samples/data}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

arm-none-eabi-gcc -march=armv5te -marm -Os -ffreestanding -fno-builtin -nostdlib -Wall -Wextra \
    -Werror -Wl,--build-id=none -Wl,--entry=0x10000 -Wl,-T,sample.ld -o "$WORK/sample.elf" start.S main.c
mkdir -p "$OUT"
arm-none-eabi-objcopy -O binary -j .loader "$WORK/sample.elf" "$OUT/loader.bin"
arm-none-eabi-objcopy -O binary -j .app "$WORK/sample.elf" "$OUT/app.bin"
