/*
 * cli/common/complete.c - prints completion scripts for bash, zsh and fish. The name of a value in
 * the help says how to complete it: "FILE", "DIR" and "PROGRAM" by what exists, and "first|all" by
 * these choices. The script of a command is made from its struct alone.
 */
#include "cli/common/complete.h"

#include <string.h>

static const char *
dashes(const struct option *o)
{
	return o->name[1] ? "--" : "-";
}

/*
 * Prints @text for use within single quotes. A quote in it is replaced by @quote; characters in
 * @special get a backslash.
 */
static void
put_quoted(const char *text, const char *quote, const char *special, FILE *to)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, to);
			continue;
		}
		if (strchr(special, *text))
			fputc('\\', to);
		fputc(*text, to);
	}
}

/* Prints "first|all" as "first all". */
static void
put_choices(const char *arg, FILE *to)
{
	for (; *arg; arg++)
		fputc(*arg == '|' ? ' ' : *arg, to);
}

/* Returns the text that describes an option. A variant has that of the row before it. */
static const char *
describe(const struct option *first, const struct option *o)
{
	while (!o->help && o > first)
		o--;
	return o->help ? o->help : "";
}

/*
 * Prints a function that sets $arg to the kind of value that follows option $2 of command $1. If $2
 * is empty, that is the first word after the options; if it is "+", a later word.
 */
static void
bash_args(const struct command *const *commands, FILE *to)
{
	fputs("_leat_arg()\n{\n\targ=\n\tcase \"$1 $2\" in\n", to);
	for (; *commands; commands++) {
		const struct command *c = *commands;

		if (c->word)
			fprintf(to, "\t'%s ') arg='%s' ;;\n", c->name, c->word);
		if (c->words_max > 1)
			fprintf(to, "\t'%s +') arg='FILE' ;;\n", c->name);
		for (const struct option *o = c->options; o->name; o++)
			if (o->arg)
				fprintf(
				    to, "\t'%s %s%s') arg='%s' ;;\n", c->name, dashes(o), o->name, o->arg);
	}
	fputs("\tesac\n}\n", to);
}

/* Prints a function that prints the options of command $1. */
static void
bash_options(const struct command *const *commands, FILE *to)
{
	fputs("_leat_options()\n{\n\tcase $1 in\n", to);
	for (; *commands; commands++) {
		fprintf(to, "\t%s) echo '", (*commands)->name);
		for (const struct option *o = (*commands)->options; o->name; o++)
			fprintf(to, "%s%s ", dashes(o), o->name);
		fputs("--help' ;;\n", to);
	}
	fputs("\tesac\n}\n", to);
}

/*
 * $first is the index of the first word after the options. bash splits "--name=value" into three
 * words.
 */
static const char BASH_MAIN[] =
    "_leat_complete()\n{\n"
    "\tlocal IFS=$' \\t\\n'\n"
    "\tcase $1 in\n"
    "\tFILE) compgen -f -- \"$2\" ;;\n"
    "\tDIR) compgen -d -- \"$2\" ;;\n"
    "\tPROGRAM) compgen -c -- \"$2\"; compgen -f -- \"$2\" ;;\n"
    "\t*'|'*) compgen -W \"${1//|/ }\" -- \"$2\" ;;\n"
    "\tesac\n}\n"
    "_leat()\n{\n"
    "\tlocal arg i=2 first= cur=${COMP_WORDS[COMP_CWORD]} name=${COMP_WORDS[1]} IFS=$' \\t\\n'\n"
    "\tif ((COMP_CWORD == 1)); then\n"
    "\t\tCOMPREPLY=($(compgen -W \"$(_leat_commands)\" -- \"$cur\"))\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tif [[ $name == help ]]; then\n"
    "\t\t((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W \"$(_leat_commands)\" -- \"$cur\"))\n"
    "\t\treturn\n"
    "\tfi\n"
    "\twhile ((i < COMP_CWORD)); do\n"
    "\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then first=$((i + 1)); break; fi\n"
    "\t\tif [[ ${COMP_WORDS[i]} != -* ]]; then first=$i; break; fi\n"
    "\t\t_leat_arg \"$name\" \"${COMP_WORDS[i]}\"\n"
    "\t\t((i++))\n"
    "\t\tif [[ ${COMP_WORDS[i]} == = ]]; then\n"
    "\t\t\tif ((i == COMP_CWORD)); then cur=; break; fi\n"
    "\t\t\t((i++))\n"
    "\t\telif [[ ! $arg ]]; then\n"
    "\t\t\tcontinue\n"
    "\t\tfi\n"
    "\t\tif ((i == COMP_CWORD)); then break; fi\n"
    "\t\t((i++))\n"
    "\t\targ=\n"
    "\tdone\n"
    "\tIFS=$'\\n'\n"
    "\tif [[ ! $first && $arg ]]; then\n"
    "\t\tCOMPREPLY=($(_leat_complete \"$arg\" \"$cur\"))\n"
    "\telif [[ ! $first && $cur == -* ]]; then\n"
    "\t\tCOMPREPLY=($(IFS=' '; compgen -W \"$(_leat_options \"$name\")\" -- \"$cur\"))\n"
    "\telse\n"
    "\t\tif ((COMP_CWORD > ${first:-$COMP_CWORD})); then i=+; else i=; fi\n"
    "\t\t_leat_arg \"$name\" \"$i\"\n"
    "\t\tCOMPREPLY=($(_leat_complete \"$arg\" \"$cur\"))\n"
    "\tfi\n}\n"
    "complete -o filenames -F _leat leat\n";

static void
write_bash(const struct command *const *commands, FILE *to)
{
	fputs("# Completes leat in bash. Made by: leat completion bash\n", to);
	bash_args(commands, to);
	bash_options(commands, to);
	fputs("_leat_commands()\n{\n\techo 'help", to);
	for (; *commands; commands++)
		fprintf(to, " %s", (*commands)->name);
	fputs("'\n}\n", to);
	fputs(BASH_MAIN, to);
}

/* Prints the action of _arguments that completes @arg. */
static void
zsh_action(const char *arg, FILE *to)
{
	if (!strcmp(arg, "FILE"))
		fputs("_files", to);
	else if (!strcmp(arg, "DIR"))
		fputs("_files -/", to);
	else if (!strcmp(arg, "PROGRAM"))
		fputs(" _command_names -e", to);
	else if (strchr(arg, '|')) {
		fputc('(', to);
		put_choices(arg, to);
		fputc(')', to);
	} else
		fputc(' ', to);
}

static void
zsh_option(const struct option *first, const struct option *o, FILE *to)
{
	static const char special[] = ":[]\\";

	fprintf(to, " \\\n\t\t\t'*%s%s%s[", dashes(o), o->name, !o->arg ? "" : o->name[1] ? "=" : "+");
	put_quoted(describe(first, o), "'\\''", special, to);
	fputc(']', to);
	if (o->arg) {
		fputc(':', to);
		put_quoted(o->arg, "'\\''", special, to);
		fputc(':', to);
		zsh_action(o->arg, to);
	}
	fputc('\'', to);
}

static void
zsh_command(const struct command *c, FILE *to)
{
	fprintf(to, "\t%s)\n\t\t_arguments -S", c->name);
	for (const struct option *o = c->options; o->name; o++)
		zsh_option(c->options, o, to);
	fputs(" \\\n\t\t\t'(-)'{-h,--help}'[print help]'", to);
	if (c->word) {
		fprintf(to, " \\\n\t\t\t'(-)1:%s:", c->word);
		zsh_action(c->word, to);
		fputc('\'', to);
		if (c->words_max > 1)
			fprintf(to, " \\\n\t\t\t'*::arguments:%s'",
			    strcmp(c->word, "PROGRAM") ? "_files" : "_normal");
	}
	fputs("\n\t\t;;\n", to);
}

static void
write_zsh(const struct command *const *commands, FILE *to)
{
	fputs("#compdef leat\n# Completes leat in zsh. Made by: leat completion zsh\n_leat()\n{\n"
	      "\tlocal -a subcommands=(\n\t\t'help:explain a command'\n",
	    to);
	for (unsigned i = 0; commands[i]; i++) {
		fprintf(to, "\t\t'%s:", commands[i]->name);
		put_quoted(commands[i]->summary, "'\\''", "\\", to);
		fputs("'\n", to);
	}
	fputs("\t)\n\tif ((CURRENT == 2)) || { [[ $words[2] == help ]] && ((CURRENT == 3)); }; then\n"
	      "\t\t_describe command subcommands\n\t\treturn\n\tfi\n\tshift words\n\t((CURRENT--))\n"
	      "\tcase $words[1] in\n",
	    to);
	for (; *commands; commands++)
		zsh_command(*commands, to);
	fputs("\tesac\n}\nif [[ $funcstack[1] == _leat ]]; then _leat \"$@\"; else compdef _leat leat; fi\n",
	    to);
}

static void
fish_option(const struct command *c, const struct option *o, FILE *to)
{
	fprintf(to, "complete -c leat -n '__fish_seen_subcommand_from %s' -%s %s", c->name,
	    o->name[1] ? "l" : "s", o->name);
	if (o->arg && !strcmp(o->arg, "FILE"))
		fputs(" -r -F", to);
	else if (o->arg && !strcmp(o->arg, "DIR"))
		fputs(" -x -a '(__fish_complete_directories)'", to);
	else if (o->arg && strchr(o->arg, '|')) {
		fputs(" -x -a '", to);
		put_choices(o->arg, to);
		fputc('\'', to);
	} else if (o->arg)
		fputs(" -x", to);
	fputs(" -d '", to);
	put_quoted(describe(c->options, o), "\\'", "\\", to);
	fputs("'\n", to);
}

/* Completes the command line of a program, which begins after "--" or with the first word. */
static const char FISH_PROGRAM[] = "function __leat_program\n"
				   "\tset -l words (commandline -opc) (commandline -ct)\n"
				   "\tif set -l at (contains -i -- -- $words)\n"
				   "\t\tcomplete -C (string join -- ' ' $words[(math $at + 1)..-1])\n"
				   "\telse\n"
				   "\t\t__fish_complete_subcommand --fcs-skip=2\n"
				   "\tend\nend\n";

/* Prints how to complete the words after the options. */
static void
fish_word(const struct command *c, FILE *to)
{
	fprintf(to, "complete -c leat -n '__fish_seen_subcommand_from %s'", c->name);
	if (!strcmp(c->word, "PROGRAM"))
		fputs(" -x -a '(__leat_program)'\n", to);
	else if (!strcmp(c->word, "DIR"))
		fputs(" -x -a '(__fish_complete_directories)'\n", to);
	else if (!strchr(c->word, '|'))
		fputs(" -F\n", to);
	else {
		fputs(" -x -a '", to);
		put_choices(c->word, to);
		fputs("'\n", to);
	}
}

static void
write_fish(const struct command *const *commands, FILE *to)
{
	fputs("# Completes leat in fish. Made by: leat completion fish\ncomplete -c leat -f\n"
	      "complete -c leat -n __fish_use_subcommand -a help -d 'explain a command'\n",
	    to);
	fputs(FISH_PROGRAM, to);
	for (; *commands; commands++) {
		const struct command *c = *commands;

		fprintf(to, "complete -c leat -n __fish_use_subcommand -a %s -d '", c->name);
		put_quoted(c->summary, "\\'", "\\", to);
		fputs("'\n", to);
		for (const struct option *o = c->options; o->name; o++)
			fish_option(c, o, to);
		fprintf(to,
		    "complete -c leat -n '__fish_seen_subcommand_from %s' -s h -l help -d 'print help'\n",
		    c->name);
		if (c->word)
			fish_word(c, to);
	}
}

int
complete_write(const char *shell, const struct command *const *commands, FILE *to)
{
	if (!strcmp(shell, "bash"))
		write_bash(commands, to);
	else if (!strcmp(shell, "zsh"))
		write_zsh(commands, to);
	else if (!strcmp(shell, "fish"))
		write_fish(commands, to);
	else
		return -1;
	return 0;
}
