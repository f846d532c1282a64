/* SPDX-License-Identifier: MIT */
/* The payload's bytes, as payload_image.h declares them. */
    .section .rodata
    .balign 16
    .globl payload_image_begin
payload_image_begin:
    .incbin PAYLOAD_FILE
    .globl payload_image_end
payload_image_end:
    .byte 0
    .section .note.GNU-stack,"",@progbits
