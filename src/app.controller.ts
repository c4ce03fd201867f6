import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Public } from './http/principal.js';

@ApiSchema({ name: 'Welcome' })
class WelcomeDto {
  @ApiProperty({ example: 'Welcome to the Scheduler API' })
  message: string;
}

@ApiTags('service')
@Controller()
export class AppController {
  @Get()
  @Public()
  @ApiOperation({ operationId: 'getWelcome', summary: 'Greets' })
  @ApiOkResponse({ type: WelcomeDto })
  welcome(): WelcomeDto {
    return { message: 'Welcome to the Scheduler API' };
  }
}
