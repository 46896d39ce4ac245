/* Code on the caller's stack, as compilers put it there where a nested function is passed on. */
#ifndef STACK_CODE_H
#define STACK_CODE_H

#include <stdint.h>
#include <string.h>

/* Calls code on the stack that answers with this number, below 2000. */
static __attribute__((noinline, unused)) int call_on_stack(int number)
{
#if defined(__x86_64__)
	volatile uint8_t code[16] = {0xb8, (uint8_t)number, (uint8_t)(number >> 8), 0, 0, 0xc3};
#elif defined(__aarch64__)
	volatile uint32_t code[4] = {0x52800000u | (uint32_t)number << 5, 0xd65f03c0};
#elif defined(__riscv)
	volatile uint32_t code[4] = {0x00000513u | (uint32_t)number << 20, 0x00008067};
#endif
	int (*call)(void) = (int (*)(void))(uintptr_t)code;

	__builtin___clear_cache((char *)code, (char *)code + sizeof(code));
	return call();
}

#endif
