#include "modules.h"
#include "glibc.h"
#include "hub.h"
#include <link.h>
#include <string.h>

struct gift {
	struct hub *hub;
	size_t newest;
};

size_t newest_module(void)
{
	return glibc_newest_module();
}

static const ElfW(Phdr) * tls_segment(const struct dl_phdr_info *library)
{
	int i;

	for (i = 0; i < library->dlpi_phnum; i++) {
		if (library->dlpi_phdr[i].p_type == PT_TLS)
			return &library->dlpi_phdr[i];
	}
	return NULL;
}

static void set_variables(void *tp, ptrdiff_t offset, const struct dl_phdr_info *library, const ElfW(Phdr) * segment)
{
	char *variables = (char *)tp + offset;

	memcpy(variables, (const char *)library->dlpi_addr + segment->p_vaddr, segment->p_filesz);
	memset(variables + segment->p_filesz, 0, segment->p_memsz - segment->p_filesz);
}

static int give(struct dl_phdr_info *library, size_t size, void *arg)
{
	const ElfW(Phdr) *segment = tls_segment(library);
	const struct gift *gift = arg;
	struct greenlet *g;
	ptrdiff_t offset;

	(void)size;
	if (!segment || !glibc_static_module(library->dlpi_tls_modid, gift->newest, &offset))
		return 0;
	for (g = gift->hub->living; g; g = g->next_living)
		set_variables(g->context.thread_pointer, offset, library, segment);
	return 0;
}

void give_modules_since(struct hub *hub, size_t newest)
{
	struct gift gift = {hub, newest};

	if (newest_module() != newest)
		dl_iterate_phdr(give, &gift);
}
