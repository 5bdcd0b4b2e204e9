/* Reset and interrupt entry of the sample app, and the vector relay of its boot loader.
 *
 * The chip fetches exception vectors at address 0, where the boot loader is. Both Beken's loaders
 * and this one answer with eight words of "ldr pc, [pc, #0x14]" whose targets are the app's own
 * vectors at 0x10000.
 */
    .syntax unified
    .arm

    .section .loader, "ax"
    b run_app
    .rept 7
    ldr pc, [pc, #0x14]
    .endr
    .word 0x10004, 0x10008, 0x1000C, 0x10010, 0x10014, 0x10018, 0x1001C
run_app:
    ldr pc, =0x10000
    .ltorg

    .section .vectors, "ax"
    b reset
    .rept 7
    ldr pc, [pc, #0x14]
    .endr
    .word stop, stop, stop, stop, stop, irq, stop

reset:
    msr cpsr_c, #0xD2           @ interrupt mode, interrupts off
    ldr sp, =__irq_stack
    msr cpsr_c, #0xD3           @ supervisor mode
    ldr sp, =__stack
    ldr r0, =__bss_start        @ clear what C expects to be zero
    ldr r1, =__bss_end
    mov r2, #0
1:  cmp r0, r1
    strlo r2, [r0], #4
    blo 1b
    bl main
stop:
    b stop

irq:
    sub lr, lr, #4
    push {r0-r3, r12, lr}
    bl on_interrupt
    ldm sp!, {r0-r3, r12, pc}^

    .global enable_interrupts
enable_interrupts:
    mrs r0, cpsr
    bic r0, r0, #0x80
    msr cpsr_c, r0
    bx lr
