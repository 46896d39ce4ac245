/* with_libpq PORT: 200 greenlets, each with a connection to PostgreSQL of its own, which sleeps and then answers. */
#include "crew.h"
#include <libpq-fe.h>
#include <string.h>

enum { CREW = 200, ROUNDS = 3 };

static char where[128];

static PGresult *ask(PGconn *connection, const char *query, long parameter)
{
	char text[32];
	const char *values[] = {text};
	PGresult *result;

	snprintf(text, sizeof(text), "%ld", parameter);
	result = PQexecParams(connection, query, 1, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("%s: %s", query, PQerrorMessage(connection));
	return result;
}

static void *talk(void *number)
{
	PGconn *connection = PQconnectdb(where);
	PGresult *result;
	int round;

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect: %s", PQerrorMessage(connection));
	for (round = 0; round < ROUNDS; round++) {
		result = ask(connection, "select $1::int * 2, pg_sleep(0.2)", (long)number);
		if (atol(PQgetvalue(result, 0, 0)) != (long)number * 2)
			fail("a wrong answer");
		PQclear(result);
	}
	result = ask(connection, "select repeat('x', 1000000 + $1)", (long)number);
	if (PQgetlength(result, 0, 0) != 1000000 + (long)number)
		fail("a long answer is cut short");
	PQclear(result);
	PQfinish(connection);
	return number;
}

int main(int argc, char **argv)
{
	double seconds;

	snprintf(where, sizeof(where), "host=127.0.0.1 port=%s user=postgres dbname=postgres", argc > 1 ? argv[1] : "");
	seconds = work_together(CREW, talk);
	printf("%d greenlets in %.1f s\n", CREW, seconds);
	return seconds < CREW * ROUNDS * 0.2 / 2 ? 0 : 1;
}
