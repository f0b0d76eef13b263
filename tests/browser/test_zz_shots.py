import re, pytest, os
from tests.browser.conftest import *
def test_shots(served, open_page):
    out='/tmp/gw/cmdtmp/shots'; os.makedirs(out,exist_ok=True)
    for name,size in (('p',PHONE),('d',DESK)):
        hq=open_page('hq',size)
        for path in ('directives/issued','directives/new','inspections','problems','answers','tasks','posts','log','handover','findings'):
            hq.goto('/command/'+path); hq.wait_for_timeout(300); hq.screenshot(path=f"{out}/{name}-{path.replace('/','_')}.png",full_page=False)
        hq.goto('/command/directives/issued'); hq.locator('table a').first.click(); hq.wait_for_timeout(1200); hq.screenshot(path=f'{out}/{name}-directive.png',full_page=True)
        c=open_page('community',size); c.goto('/command/directives'); c.screenshot(path=f'{out}/{name}-mine.png')
        c.locator('ul.queue a').first.click(); c.wait_for_timeout(800); c.screenshot(path=f'{out}/{name}-receipt.png',full_page=True)
        c.goto('/command/posts'); c.screenshot(path=f'{out}/{name}-community.png'); 
        i=open_page('inspector',size); i.goto('/command/route'); i.screenshot(path=f'{out}/{name}-route.png'); i.goto('/command/findings/new'); i.screenshot(path=f'{out}/{name}-finding_new.png')
