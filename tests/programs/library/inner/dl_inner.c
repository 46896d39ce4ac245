/* A library that is found by the RUNPATH of the one that opens it. */
int inner_answer(void);

static __thread int answer = 7;

int inner_answer(void)
{
	return answer;
}
