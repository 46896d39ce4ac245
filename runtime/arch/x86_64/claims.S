/*
 * No code, only a note. A switch of greenlets moves the stack pointer and leaves the shadow stack where it is, so the
 * library must not be taken for code that runs with one, whatever the compiler says of each object under
 * -fcf-protection. The linker claims for the whole what all objects claim: this one has landing pads and no more.
 */
	.section .note.gnu.property, "a"
	.p2align 3
	.long 4, 16, 5 /* the sizes of the name and of what it describes, NT_GNU_PROPERTY_TYPE_0 */
	.asciz "GNU"
	.long 0xc0000002, 4 /* GNU_PROPERTY_X86_FEATURE_1_AND, the size of its value */
	.long 1 /* GNU_PROPERTY_X86_FEATURE_1_IBT; _SHSTK is 2 */
	.long 0
	.section .note.GNU-stack, "", @progbits
