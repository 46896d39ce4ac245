# For gdb on x86-64: `greenlets` prints the calls in which each parked greenlet of the process stands, `greenlets 20` up to
# 20 of each. Needs a library with debug information; greenlets that are ready or running are left out. The registers
# of the stopped thread are changed meanwhile and put back. See tests/README.md.
define greenlets
  set $gl_frames = 8
  if $argc == 1
    set $gl_frames = $arg0
  end
  set $gl_hub = all_hubs
  while $gl_hub
    set $gl = &$gl_hub->main
    if !$gl_hub->main.state
      set $gl = $gl_hub->living
    end
    while $gl
      if $gl->state
        greenlet_frames
      end
      if $gl == &$gl_hub->main
        set $gl = $gl_hub->living
      else
        set $gl = $gl->next_living
      end
    end
    set $gl_hub = $gl_hub->next
  end
end

# The order of the words is that of struct frame in runtime/arch/x86_64/context.c.
define greenlet_frames
  set $gl_call = $orig_rax
  set $gl_r15 = $r15
  set $gl_r14 = $r14
  set $gl_r13 = $r13
  set $gl_r12 = $r12
  set $gl_rbx = $rbx
  set $gl_rbp = $rbp
  set $gl_rip = $rip
  set $gl_rsp = $rsp
  set $gl_word = (unsigned long *) $gl->context.saved
  if $gl == &$gl_hub->main
    printf "\ngreenlet %p, main\n", $gl
  else
    printf "\ngreenlet %p, number %lu, '%s'\n", $gl, $gl->ident.number, $gl->ident.name
  end
  set $r15 = $gl_word[1]
  set $r14 = $gl_word[2]
  set $r13 = $gl_word[3]
  set $r12 = $gl_word[4]
  set $rbx = $gl_word[5]
  set $rbp = $gl_word[6]
  set $rsp = (unsigned long) &$gl_word[8]
  set $rip = $gl_word[7]
  backtrace $gl_frames
  set $r15 = $gl_r15
  set $r14 = $gl_r14
  set $r13 = $gl_r13
  set $r12 = $gl_r12
  set $rbx = $gl_rbx
  set $rbp = $gl_rbp
  set $rsp = $gl_rsp
  set $rip = $gl_rip
  set $orig_rax = $gl_call
end
